import { stringify } from 'yaml';
import { repository, schemaUrl, suiteFile, suiteSchemaFile } from '../product.ts';
import { calledWorkflows } from './workflows/called.ts';
import { ownWorkflows } from './workflows/own.ts';
import type { FileFacts } from './workflows/parts.ts';

interface NewFile {
  path: string;
  content: string;
}

export const defaultActions = { at: repository, ref: 'v1' };

/** The workflows and the first suite. A file that is there is never overwritten unasked. */
export function setupFiles(facts: FileFacts): NewFile[] {
  const { release, rollback } = facts.ownJobs ? ownWorkflows : calledWorkflows;
  return [
    { path: '.github/workflows/release.yml', content: release(facts) },
    { path: '.github/workflows/rollback.yml', content: rollback(facts) },
    ...(facts.example ? [{ path: suiteFile, content: firstSuite(facts.name, facts.example) }] : []),
  ];
}

const firstSuite = (name: string, { image, contains }: NonNullable<FileFacts['example']>): string =>
  `# $schema: ${schemaUrl(suiteSchemaFile)}\n${stringify({
    version: 1,
    name,
    cases: [
      { name: image.split('/').at(-1) ?? image, image, expect: contains ? { contains } : { status: 200 } },
    ],
  })}`;
