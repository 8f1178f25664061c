import type { ProbeId } from '../../domain/conformance/probes.ts';
import { access } from './probes/access.ts';
import { accounts } from './probes/accounts.ts';
import { calls } from './probes/calls.ts';
import { create } from './probes/create.ts';
import { detach } from './probes/detach.ts';
import { failure } from './probes/failure.ts';
import { latest } from './probes/latest.ts';
import { login } from './probes/login.ts';
import { logs } from './probes/logs.ts';
import { reads } from './probes/reads.ts';
import { refusedCreates } from './probes/refused-creates.ts';
import { service } from './probes/service.ts';
import { storage } from './probes/storage.ts';
import { update } from './probes/update.ts';
import type { Scene } from './scene.ts';

export const probeOf: Readonly<Record<ProbeId, (scene: Scene) => Promise<void>>> = {
  ...{
    reads,
    accounts,
    service,
    create,
    update,
    access,
    calls,
    latest,
    failure,
    detach,
    logs,
    storage,
    login,
  },
  'refused-creates': refusedCreates,
};
