import { ModelLoadError } from '../errors.ts';
import type { ManifestFeature } from '../repository/manifest.ts';
import { formatShape } from '../tensors/shape.ts';
import { isSingleElement } from './field-types.ts';
import type { RowPort } from './row-signature.ts';
import type { TaskContext } from './task.ts';

/** An input of the graph and the features that are its columns, in their order. */
export interface FeatureGroup {
  readonly port: RowPort;
  readonly features: readonly ManifestFeature[];
}

/**
 * Finds the features of each input of the model: those of the manifest, else one for each column that the signature
 * declares.
 * @throws ModelLoadError saying what the model has and what the manifest says.
 */
export function groupFeatures({ signature, manifest }: TaskContext): readonly FeatureGroup[] {
  const { inputs } = signature;
  if (inputs.length === 0) throw new ModelLoadError('The model has no inputs, and a tabular task needs features.');
  for (const port of inputs) requireColumns(port);
  if (manifest.features === undefined) {
    return inputs.map((port) => ({ port, features: derivedFeatures(port, inputs.length === 1) }));
  }
  const features = new Map<string, ManifestFeature[]>(inputs.map(({ name }) => [name, []]));
  for (const feature of manifest.features) inputOf(feature, features).push(feature);
  return inputs.map((port) => {
    const group = { port, features: features.get(port.name) ?? [] };
    requireWidth(group);
    return group;
  });
}

function requireColumns({ name, shape }: RowPort): void {
  if (shape === null || shape.length <= 1) return;
  throw new ModelLoadError(
    `The input "${name}" has the shape ${formatShape(shape)} in each row, and a tabular task takes one list of columns; use the task tensor.`,
  );
}

function inputOf(feature: ManifestFeature, inputs: ReadonlyMap<string, ManifestFeature[]>): ManifestFeature[] {
  const [only] = inputs.size === 1 ? inputs.values() : [];
  const found = feature.input === undefined ? (inputs.get(feature.name) ?? only) : inputs.get(feature.input);
  if (found !== undefined) return found;
  const wanted = feature.input ?? feature.name;
  throw new ModelLoadError(
    `The feature "${feature.name}" belongs to the input "${wanted}", and the model's inputs are ${quote([...inputs.keys()])}; name one of them as its input.`,
  );
}

function requireWidth({ port, features }: FeatureGroup): void {
  const width = declaredWidth(port);
  if (features.length > 0 && (width === null || width === features.length)) return;
  const columns = width === null ? 'columns' : `${width} ${width === 1 ? 'column' : 'columns'}`;
  const listed = features.length === 0 ? 'none' : `${features.length}: ${quote(features.map(({ name }) => name))}`;
  throw new ModelLoadError(`The input "${port.name}" has ${columns}, and the manifest lists ${listed}.`);
}

/** How many columns the file declares; null where it leaves that open. */
function declaredWidth(port: RowPort): number | null {
  if (isSingleElement(port)) return 1;
  const size = port.shape?.[0];
  return typeof size === 'number' ? size : null;
}

function derivedFeatures(port: RowPort, only: boolean): readonly ManifestFeature[] {
  const width = declaredWidth(port);
  if (width === null || width === 0) {
    throw new ModelLoadError(
      `The file does not say how many columns the input "${port.name}" has; list the features in the manifest.`,
    );
  }
  const of = `the input \`${port.name}\``;
  if (width === 1) return [{ name: port.name, input: port.name, nullable: false, description: `The value of ${of}` }];
  return Array.from({ length: width }, (_, column) => ({
    name: only ? `x${column}` : `${port.name}_${column}`,
    input: port.name,
    nullable: false,
    description: `Column ${column + 1} of ${width} of ${of}`,
  }));
}

function quote(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
