/** A small stack in a namespace of its own, as a file for `-f`: what most tests of commands need from a cluster. */
export function smallStack(namespace: string, values: { greeting?: string; password?: string; image?: string } = {}) {
  const { greeting = 'hello', password = 'correct-horse', image = 'registry.example.com/server:1' } = values;
  return `\
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels: { slipway.dev/component: base }
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
  namespace: ${namespace}
  labels: { slipway.dev/component: server }
data:
  greeting: ${greeting}
---
apiVersion: v1
kind: Secret
metadata:
  name: login
  namespace: ${namespace}
  labels: { slipway.dev/component: server }
stringData:
  password: ${password}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: server
  namespace: ${namespace}
  labels: { slipway.dev/component: server }
spec:
  selector: { matchLabels: { app: server } }
  template:
    metadata: { labels: { app: server } }
    spec:
      containers: [{ name: server, image: "${image}" }]
`;
}
