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
    return present(`None of ${upload.value.length} uploaded files is known to hold secrets.`, upload.call);
  const holes = found.slice(0, 10).map(({ path, why }) => ({
    about: ['file', path],
    text: `${path} was uploaded with the source: ${why}.`,
    severity: 'high' as const,
    fix: 'Leave it out, release again, and change every secret that it holds, since the image and the bucket keep it:',
    commands: [`printf '%s\\n' '.env*' '!.env.example' >> .gcloudignore`],
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
