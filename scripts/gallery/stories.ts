import { operations } from './stories-operations.ts';
import { releases } from './stories-releases.ts';
import { services } from './stories-services.ts';
import { stops } from './stories-stops.ts';
import type { Story } from './story.ts';

export const stories: readonly Story[] = [...releases, ...stops, ...services, ...operations];
