// A real Bluesky server and its directory in one process, on loopback only. Ends on a signal, and with its parent.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(pathToFileURL(`${process.cwd()}/`))
const { PDS, envToCfg, envToSecrets, readEnv } = await import(pathToFileURL(require.resolve('@atproto/pds')))
const { PlcServer, Database } = require('@did-plc/server')

// Both would listen on every interface.
const onLoopback = (app) => {
  const listen = app.listen.bind(app)
  app.listen = (port, ...rest) => listen(port, '127.0.0.1', ...rest)
}

// Without this address the server would use the public directory.
if (!process.env.PDS_DID_PLC_URL?.startsWith('http://127.0.0.1:')) throw new Error('no directory of our own')

const directory = PlcServer.create({ db: Database.mock(), port: Number(process.env.PLC_PORT) })
onLoopback(directory.app)
await directory.start()

const settings = readEnv()
const pds = await PDS.create(envToCfg(settings), envToSecrets(settings))
onLoopback(pds.app)
await pds.start()

let ending = false
const end = async () => {
  if (ending) return
  ending = true
  setTimeout(() => process.exit(0), 5000).unref()
  await Promise.allSettled([pds.destroy(), directory.destroy()])
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, end)
process.stdin.on('end', end).resume()
console.log('ready')
