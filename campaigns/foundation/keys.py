"""Keys derived from one installation secret, one per purpose, so that no purpose can forge another's."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, Signer


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"quorum", info=purpose.encode()).derive(secret.encode())


@dataclass(frozen=True)
class Keys:
    """`secrets` holds the current secret first, then earlier ones that still verify (S35)."""

    secrets: tuple[str, ...]

    def derived(self, purpose: str) -> bytes:
        return _derive(self.secrets[0], purpose)

    def all_derived(self, purpose: str) -> tuple[bytes, ...]:
        return tuple(_derive(secret, purpose) for secret in self.secrets)

    def sign(self, text: str, purpose: str) -> str:
        """`text` with a signature behind a dot, fit for an address."""
        return Signer(self.derived(purpose), salt=purpose).sign(text).decode()

    def unsign(self, signed: str, purpose: str) -> str | None:
        """The text, or None if no key of ours signed it for this purpose."""
        for key in self.all_derived(purpose):
            try:
                return Signer(key, salt=purpose).unsign(signed).decode()
            except (BadSignature, UnicodeError, ValueError):
                continue
        return None

    def seal(self, text: str, purpose: str) -> str:
        """Encrypt for storage at rest."""
        return self._fernet(purpose).encrypt(text.encode()).decode()

    def unseal(self, sealed: str, purpose: str) -> str:
        """Decrypt what `seal` made with this or an earlier secret. Raises ValueError otherwise."""
        try:
            return self._fernet(purpose).decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ValueError("sealed with a key we no longer have") from None

    def _fernet(self, purpose: str) -> MultiFernet:
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in self.all_derived(purpose)])

    def signing_keys(self, purpose: str) -> tuple[Ed25519PrivateKey, ...]:
        """Ed25519 keys, the current one first."""
        return tuple(Ed25519PrivateKey.from_private_bytes(key) for key in self.all_derived(purpose))
