import type { Scene } from './scene.ts';
import { deployScenes } from './scenes/deploy.ts';
import { doctorScenes } from './scenes/doctor.ts';
import { drillScenes } from './scenes/drill.ts';
import { guardScenes } from './scenes/guard.ts';
import { loginScenes } from './scenes/login.ts';
import { preflightScenes } from './scenes/preflight.ts';

export const scenes: readonly Scene[] = [
  ...loginScenes,
  ...deployScenes,
  ...preflightScenes,
  ...guardScenes,
  ...doctorScenes,
  ...drillScenes,
];
