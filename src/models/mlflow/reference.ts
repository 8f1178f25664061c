import { isLoopback } from '../../domain/proxy/no-proxy.ts';

/** A version of a model in MLflow: by its number, by an alias, or by a stage, which MLflow has called deprecated since 2.9. */
export interface MlflowReference {
  /** Such as `https://mlflow.example.com`. Plain http only on this machine. */
  base: string;
  /** Host, port and path, as the reference names them. */
  place: string;
  name: string;
  at: { version: string } | { alias: string } | { stage: string };
}

const placePattern = '[\\w.-]+(?::\\d{1,5})?(?:/[\\w.-]+)*?';
const pattern = new RegExp(
  `^(${placePattern})/([\\w.-]{1,255})(?:@([\\w-]{1,255})|/versions/([1-9]\\d{0,9})|/stages/(Staging|Production|Archived))$`,
);

export function parseMlflow(rest: string): MlflowReference {
  const [, where = '', name = '', alias, version, stage] = pattern.exec(rest) ?? [];
  if (where === '' || !URL.canParse(`https://${where}`))
    throw new Error(
      'expected the host of MLflow, a model, and an alias or a version, such as mlflow://mlflow.example.com/ocr@candidate or mlflow://mlflow.example.com/ocr/versions/7',
    );
  // MLflow takes neither for an alias: they name versions.
  if (alias !== undefined && /^(latest|v\d+)$/i.test(alias))
    throw new Error(
      'expected an alias or a version: MLflow reserves latest and v followed by a number, so write /versions/7',
    );
  const protocol = isLoopback(new URL(`https://${where}`).hostname) ? 'http' : 'https';
  // The same server has one text, however it is written.
  const { host, pathname } = new URL(`${protocol}://${where}`);
  const place = `${host}${pathname}`.replace(/\/$/, '');
  return {
    base: `${protocol}://${place}`,
    place,
    name,
    at: alias !== undefined ? { alias } : stage !== undefined ? { stage } : { version: version ?? '' },
  };
}

export const exactText = (
  { place, name }: Pick<MlflowReference, 'place' | 'name'>,
  version: string,
): string => `mlflow://${place}/${name}/versions/${version}`;
