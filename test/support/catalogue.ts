import { type Files, memoryFiles } from '../../src/files.ts';

export interface SmallComponent {
  name: string;
  requires?: string[];
  provides?: string[];
  conflicts?: string[];
  presets?: string[];
}

/** A catalogue of components that each hold one ConfigMap, with overlays for dev, test and prod. */
export function smallCatalogue(...components: SmallComponent[]): { files: Files; version: string } {
  const files: Record<string, string> = {
    'manifests/kustomization.yaml': `# Chosen components.\nresources:\n${components.map(({ name }) => `- ${name}\n`).join('')}`,
  };
  for (const component of components) {
    files[`manifests/${component.name}/component.yaml`] = componentText(component);
    files[`manifests/${component.name}/kustomization.yaml`] = 'resources:\n- config.yaml\n';
    files[`manifests/${component.name}/config.yaml`] = configText(component.name);
  }
  for (const name of ['dev', 'test', 'prod']) {
    files[`overlays/${name}/kustomization.yaml`] = 'resources:\n- ../../manifests\n';
  }
  return { files: memoryFiles(files), version: '1.2.3' };
}

const configText = (name: string) => `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
`;

const list = (items: readonly string[] | undefined) => `[${(items ?? []).join(', ')}]`;

const componentText = ({ name, requires, provides, conflicts, presets }: SmallComponent) => `
apiVersion: slipway.dev/v1alpha1
kind: Component
metadata: { name: ${name} }
spec:
  title: ${name}
  description: what ${name} does
  upstream: { repository: https://example.org/${name}, version: v1.0.0, licence: Apache-2.0 }
  requires: ${list(requires)}
  provides: ${list(provides)}
  conflicts: ${list(conflicts)}
  namespaces: []
  budget: { cpu: 0m, memory: 0Mi }
  images: []
  kubernetes: { min: "1.31", max: "1.36" }
  presets: ${list(presets ?? ['minimal'])}
`;
