//! An entry of a stack that needs no network: a server in Python, and a store that it counts in. The
//! store takes the password that it had at its first start and no other, as databases do; it says it
//! in its log, as they should not.

use berth_testkit::ground;

use crate::sandbox::Sandbox;

/// Identifier of the entry. Its input `mode` is `sound`, or what is broken: `server`, `store`.
pub const STACK: &str = "counter";

const STORE: &str = r"
import http.server, os, pathlib
password, data = os.environ['PASSWORD'], pathlib.Path('/data')
print('the password is', password, flush=True)
first, count = data / 'password', data / 'count'
if not first.exists():
    first.write_text(password)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        sick = os.environ.get('MODE') == 'store' or (data / 'sick').exists()
        right = self.path == '/' + first.read_text()
        self.send_response(500 if sick else 200 if self.path == '/health' or right else 403)
        self.end_headers()
        if right:
            number = int(count.read_text()) + 1 if count.exists() else 1
            count.write_text(str(number))
            self.wfile.write(str(number).encode())
print('listening', flush=True)
http.server.HTTPServer(('0.0.0.0', 8000), Handler).serve_forever()
";

const HEALTH: &str =
    "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health', timeout=2)";

const SERVER: &str = r"
import json, os, sys, urllib.request
if os.environ.get('MODE') == 'server':
    sys.exit(3)
info = dict(name='counter', version='1')
tool = dict(name='count', description='Counts', inputSchema=dict(type='object'))
def answer(method, params):
    if method == 'initialize':
        return dict(protocolVersion=params['protocolVersion'], capabilities=dict(tools=dict()), serverInfo=info)
    if method == 'tools/list':
        return dict(tools=[tool])
    if method == 'tools/call':
        try:
            number = urllib.request.urlopen(os.environ['STORE_URL'], timeout=5).read().decode()
        except OSError as error:
            return dict(isError=True, content=[dict(type='text', text=repr(error))])
        return dict(content=[dict(type='text', text=number)])
    return dict()
for line in sys.stdin:
    message = json.loads(line)
    if 'id' in message:
        result = answer(message['method'], message.get('params'))
        print(json.dumps(dict(jsonrpc='2.0', id=message['id'], result=result)), flush=True)
";

/// Puts the entry into a person's catalog.
///
/// # Panics
/// When it cannot be written.
pub fn add_stack(sandbox: &Sandbox) {
    let image = ground::image_python();
    let [store, health, server] = [STORE, HEALTH, SERVER].map(|text| serde_json::json!(text));
    let yaml = format!(
        r#"
id: {STACK}
title: Counter
publisher: Tests
summary: Counts in a store of its own
description: Counts.
categories: [utilities]
permissions: {{ network: its own store, files: none of yours }}
inputs:
  - key: password
    title: Password of the store
    required: true
    kind: {{ type: secret, generate: {{ length: 40 }} }}
  - key: mode
    title: Mode
    kind:
      type: choice
      default: sound
      options:
        - {{ value: sound, title: Sound }}
        - {{ value: server, title: Broken server }}
        - {{ value: store, title: Broken store }}
variants:
  - id: stack
    title: Stack
    best_for: Tests
    run:
      type: stack
      server:
        image: "{image}"
        entrypoint: [python3, "-c", {server}]
        env: {{ STORE_URL: "http://store:8000/{{{{password}}}}", MODE: "{{{{mode}}}}" }}
        network: none
      services:
        - name: store
          health: {{ command: [python3, "-c", {health}], interval_seconds: 1, retries: 3, start_seconds: 1 }}
          run:
            image: "{image}"
            entrypoint: [python3, "-c", {store}]
            env: {{ PASSWORD: "{{{{password}}}}", MODE: "{{{{mode}}}}" }}
            mounts:
              - source: {{ from: volume, holds: how far it has counted }}
                target: /data
            network: none
            memory_mib: 128
"#
    );
    sandbox.add_entry(STACK, &yaml);
}
