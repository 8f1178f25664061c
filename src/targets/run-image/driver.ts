import { type JsonObject, objectOf, textOf } from '../../domain/data/json.ts';
import { likelyService, servicePath } from '../../domain/data/resource-name.ts';
import { mainContainer } from '../../domain/deploy/main-container.ts';
import { ReleaseError } from '../../domain/errors/errors.ts';
import { imageProblemText, imageRemedy, type ResolvedImage } from '../../domain/image/image.ts';
import { digestIn } from '../../domain/image/reference.ts';
import type { DeployRequest, Driver } from '../../steps/deploy/ports.ts';
import type { Images } from '../../steps/ports/images.ts';
import { changeContainer, foreignSettings } from '../run/apply.ts';
import { attemptOf } from '../run/attempt.ts';
import type { Content } from '../run/plan.ts';
import type { RunPorts } from '../run/world.ts';

/** A container image by its digest, as a service of Cloud Run. */
export function imageDriver(ports: RunPorts & { images: Images }): Driver {
  return {
    async prepare(run) {
      const { request } = run;
      const name = servicePath({ ...request, name: likelyService(request.name) });
      checkSettings(request);
      const [service, image] = await Promise.all([
        ports.services.get(name, request.signal),
        resolved(ports.images, request),
      ]);
      const own = { ...ports, log: run.ports.log };
      const logContent = () => own.log.detail(`Image: ${image.image}`, [`asked for: ${image.asked}`]);
      return attemptOf({ run, ports: own, name, service, content: contentOf(image), logContent });
    },
  };
}

const imageIn = (raw: JsonObject) => textOf(mainContainer(objectOf(raw.template)).image);

const contentOf = ({ image, digest }: ResolvedImage): Content => ({
  sha256: digest.slice('sha256:'.length),
  // A service that runs a tag may run anything, so only a digest counts as the same.
  live: ({ raw }) => digestIn(imageIn(raw))?.slice('sha256:'.length) ?? '',
  image,
  files: 0,
  bytes: 0,
  holds: ({ raw }) => textOf(mainContainer(raw).image) === image,
  apply: (draft) => changeContainer(draft, (container) => ({ ...container, image })),
});

async function resolved(images: Images, { image, signal }: DeployRequest): Promise<ResolvedImage> {
  if (image === undefined)
    throw new ReleaseError('input-invalid', {
      what: 'image: missing: a service that runs a container image needs one.',
      fix: 'Set image, such as image: us-central1-docker.pkg.dev/my-project/my-repository/ocr:1.4.',
    });
  const answer = await images.resolve(image, signal);
  if (answer.ok) return answer.image;
  throw new ReleaseError('image-refused', {
    what: `Nothing was deployed. What is missing is ${imageProblemText(answer.problem)}.`,
    fix: imageRemedy(answer.problem),
  });
}

/** Refuses settings of a build, since the image is built already. */
function checkSettings({ settings }: DeployRequest): void {
  const foreign = foreignSettings(settings);
  if (foreign.length === 0) return;
  throw new ReleaseError('input-invalid', {
    what: `An image is built already, so these settings have no place: ${foreign.join(', ')}.`,
    fix: 'Remove the inputs of the build, or deploy from source without image.',
  });
}
