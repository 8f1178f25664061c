import { lineFor } from '../../../source/ignore-line.ts';
import { leavingOf, refusedName } from '../../../source/refused-files.ts';
import type { PostureFacts } from '../../facts.ts';
import { absent, type Judged, notApplicable, type Protection, present, unread } from '../../row.ts';

/** Files of the zip that nobody should have uploaded, by their names alone: the posture never reads their content. */
function judge({ upload, service }: PostureFacts): Judged {
  if (!upload) return notApplicable('The service runs an image, so no source was uploaded.', service?.call);
  if (!upload.ok) return unread('The last upload was', upload);
  const found = upload.value.flatMap((path) => {
    const why = path.split('/').flatMap((part) => refusedName(part) ?? leavingOf(part) ?? [])[0];
    return why === undefined ? [] : [{ path, why }];
  });
  const [first] = found;
  if (first === undefined)
    return present(
      `No uploaded file is known to hold secrets: ${upload.value.length} looked at.`,
      upload.call,
    );
  const holes = found.slice(0, 10).map(({ path, why }) => ({
    about: ['file', path],
    text: `${path} was uploaded with the source: ${why}.`,
    severity: 'high' as const,
    // No command: a new .gcloudignore switches off what gcloud leaves out without one, and whether there is one is not known here.
    fix: `Add the line ${lineFor(path)} to .gcloudignore in the folder of the source. If there is no such file, begin it with .git, node_modules and, where there is a .gitignore, #!include:.gitignore, because gcloud leaves these out by itself only as long as there is none. Then release again, and change every secret that the file holds, since the image and the bucket keep it.`,
    call: upload.call,
  }));
  return {
    ...absent(
      `${found.length} of ${upload.value.length} uploaded files hold secrets by their names.`,
      upload.call,
      holes[0] as (typeof holes)[0],
    ),
    holes,
  };
}

export const cleanUpload: Protection = { id: 'posture-upload', title: 'No .env in the last upload', judge };
