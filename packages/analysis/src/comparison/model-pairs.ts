import { hyperparameterNames, type Manifest, type ModelRow } from "@zoo/format";

/** A zoo and some of its models. */
export interface PairedZoo {
  manifest: Pick<Manifest, "derived_from">;
  /** Of the zoo. */
  sha256: string;
  models: readonly ModelRow[];
}

/** Models of A and of B that correspond. */
export interface ModelPairs {
  /** Indices in the lists of models, as long as `ofB`. */
  ofA: Int32Array;
  ofB: Int32Array;
  /** What makes them pairs, as a sentence. */
  rule: string;
}

/**
 * A model and the twin that was made from it, where one zoo is derived from the other; of several twins the first. Else, only where
 * `byId`, models with one id and the same hyperparameters, seed included. Undefined where there is no rule to go by.
 */
export function modelPairs(a: PairedZoo, b: PairedZoo, byId: boolean): ModelPairs | undefined {
  const twins = (derived: PairedZoo, source: PairedZoo): [number, number][] => {
    const places = new Map(source.models.map(({ id }, i) => [id, i]));
    return derived.models.flatMap((model, i) => {
      const id = Number(model.declared?.["source_id"] ?? Number.NaN);
      const place = places.get(id);
      places.delete(id);
      return place === undefined ? [] : [[i, place] as [number, number]];
    });
  };
  if (a.manifest.derived_from?.sha256 === b.sha256) {
    return listed(twins(a, b), "Pairs: models of A with those of B that they were made from (source_id).");
  }
  if (b.manifest.derived_from?.sha256 === a.sha256) {
    const pairs = twins(b, a).map(([i, j]): [number, number] => [j, i]);
    return listed(pairs, "Pairs: models of B with those of A that they were made from (source_id).");
  }
  if (!byId) return undefined;
  const places = new Map(b.models.map(({ id }, j) => [id, j]));
  const pairs = a.models.flatMap((model, i) => {
    const j = places.get(model.id);
    const same = j !== undefined && hyperparameterNames.every((name) => model[name] === b.models[j][name]);
    return same ? [[i, j] as [number, number]] : [];
  });
  return listed(pairs, "Pairs: models with one id and the same hyperparameters, seed included.");
}

const listed = (pairs: readonly (readonly [number, number])[], rule: string): ModelPairs => ({
  ofA: Int32Array.from(pairs, ([i]) => i),
  ofB: Int32Array.from(pairs, ([, j]) => j),
  rule,
});
