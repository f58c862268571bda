import { none, type Finding } from './finding.ts';
import { asRecord, type Manifest, type PackedPackage } from './packed-package.ts';
import { N8N, NODE_RED } from './published-packages.ts';

/** Scripts that npm runs by itself, where the package is installed or published. */
const LIFECYCLE: ReadonlySet<string> = new Set([
  ...['install', 'uninstall', 'prepare', 'version'].flatMap((name) => [name, `pre${name}`, `post${name}`]),
  ...['prepack', 'postpack', 'prepublish', 'prepublishOnly', 'publish', 'postpublish', 'dependencies'],
]);
const DEPENDENCIES = ['dependencies', 'optionalDependencies', 'bundleDependencies', 'bundledDependencies'];
/** `node-red-dev` asks for no more. */
const MAX_NODE_RED_DEPENDENCIES = 6;

export function checkManifest({ name, manifest }: PackedPackage): Finding[] {
  const findings = [
    none('is MIT licensed', manifest['license'] === 'MIT' ? [] : [String(manifest['license'])]),
    none(
      'has no lifecycle script',
      Object.keys(asRecord(manifest['scripts'])).filter((script) => LIFECYCLE.has(script)),
    ),
    none('has no overrides', 'overrides' in manifest ? ['overrides'] : []),
  ];
  if (name === N8N.name) findings.push(...n8nRules(manifest));
  if (name === NODE_RED.name) findings.push(...nodeRedRules(manifest));
  return findings;
}

function n8nRules(manifest: Manifest): Finding[] {
  const peers = JSON.stringify(manifest['peerDependencies']);
  return [
    none(
      'has no runtime dependencies',
      DEPENDENCIES.filter((field) => field in manifest),
    ),
    none('has the one peer n8n-workflow "*"', peers === '{"n8n-workflow":"*"}' ? [] : [peers]),
  ];
}

function nodeRedRules(manifest: Manifest): Finding[] {
  const dependencies = Object.keys(asRecord(manifest['dependencies']));
  const keywords = manifest['keywords'];
  return [
    none(
      `has ${dependencies.length} dependencies, of ${MAX_NODE_RED_DEPENDENCIES} at most`,
      dependencies.slice(MAX_NODE_RED_DEPENDENCIES),
    ),
    none(
      'has the keyword node-red',
      Array.isArray(keywords) && keywords.includes('node-red') ? [] : ['none'],
    ),
  ];
}
