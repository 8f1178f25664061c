import { WarmGcloud } from '../warm-gcloud.ts';
import { play, type Scene } from './scene.ts';
import { Stage } from './stage.ts';

/** Plays scenes one after the other, each on a cloud of its own, and says what is wrong with each. */
export async function playAll(
  scenes: readonly Scene[],
  ended: (line: string) => void = () => {},
): Promise<{ name: string; from: readonly string[]; problems: string[] }[]> {
  const gcloud = await WarmGcloud.start();
  try {
    const found: { name: string; from: readonly string[]; problems: string[] }[] = [];
    for (const scene of scenes) {
      const stage = await Stage.open(gcloud);
      try {
        const problems = await play(scene, stage);
        found.push({ name: scene.name, from: scene.from, problems });
        ended(`${found.length}/${scenes.length} ${problems.length > 0 ? 'RED' : 'ok'} ${scene.name}`);
      } finally {
        await stage.close();
      }
    }
    return found;
  } finally {
    await gcloud.stop();
  }
}
