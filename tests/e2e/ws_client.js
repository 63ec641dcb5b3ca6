// ws_client.js - npm's ws as a client: node ws_client.js FOLDER URL CA CASE...; prints "ok" or what is wrong
// SPDX-License-Identifier: MIT
'use strict'
const path = require('path')
const fs = require('fs')
const [folder, url, ca, which, ...more] = process.argv.slice(2)
const WebSocket = require(path.join(folder, 'node_modules', 'ws'))

function fail (why) {
  console.log(why)
  process.exit(1)
}

function open (options = {}, protocols = []) {
  const ws = new WebSocket(url, protocols, { ca: fs.readFileSync(ca), perMessageDeflate: false, ...options })
  ws.on('error', error => fail(`error: ${error.message}`))
  return ws
}

function done (ws, code = 1000) {
  ws.on('close', got => {
    if (got !== code) fail(`closed with ${got}`)
    console.log('ok')
  })
}

const cases = {
  // Small messages, none lost and none reordered.
  many (count) {
    const ws = open()
    let next = 0
    ws.on('open', () => {
      for (let i = 0; i < Number(count); i++) ws.send(`message ${i}`)
    })
    ws.on('message', (data, binary) => {
      if (binary || data.toString() !== `message ${next}`) fail(`message ${next} is ${data}`)
      if (++next === Number(count)) {
        done(ws)
        ws.close(1000)
      }
    })
  },

  // Fragments split at every byte, with a ping between them.
  fragments () {
    const ws = open()
    const text = 'Grüße, 世界 🚀 '.repeat(5)
    const bytes = Buffer.from(text)
    let next = 0
    ws.on('open', () => {
      for (let at = 0; at <= bytes.length; at++) {
        ws.send(bytes.subarray(0, at), { fin: false, binary: false })
        ws.ping('between')
        ws.send(bytes.subarray(at), { fin: true, binary: false })
      }
    })
    let pongs = 0
    ws.on('pong', () => pongs++)
    ws.on('message', (data, binary) => {
      if (binary || data.toString() !== text) fail(`split at ${next}: ${data}`)
      if (next++ < bytes.length) return
      if (pongs === 0) fail('no pong')
      done(ws)
      ws.close(1000, 'enough')
    })
  },

  // permessage-deflate, as ws offers it; with a window of its choice for us.
  deflate (count) {
    const ws = open({ perMessageDeflate: { threshold: 0, clientMaxWindowBits: true } })
    let next = 0
    const message = i => `${i} `.repeat(i % 200 + 1)
    ws.on('open', () => {
      if (!ws.extensions.startsWith('permessage-deflate')) fail(`extensions: ${ws.extensions}`)
      for (let i = 0; i < Number(count); i++) ws.send(message(i))
    })
    ws.on('message', data => {
      if (data.toString() !== message(next)) fail(`message ${next} is ${data}`)
      if (++next < Number(count)) return
      done(ws)
      ws.close(1000)
    })
  },

  // A binary message of any size, back in fragments.
  large (size) {
    const ws = open({ perMessageDeflate: more[1] === 'packed' })
    const data = Buffer.alloc(Number(size), 'some words that repeat ')
    ws.on('open', () => ws.send(data))
    ws.on('message', (got, binary) => {
      if (!binary || !got.equals(data)) fail(`${got.length} bytes, others than were sent`)
      done(ws, 1005)
      ws.close()
    })
  },

  protocol () {
    const ws = open({}, ['one', 'two'])
    ws.on('open', () => {
      if (ws.protocol !== 'two') fail(`protocol ${ws.protocol}`)
      done(ws, 4002)
      ws.close(4002)
    })
  }
}
cases[which](...more)
