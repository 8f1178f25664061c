import { beliefsOf } from '../../../domain/conformance/catalog.ts';
import { textOf } from '../../../domain/data/json.ts';
import { decodeClaims } from '../../../domain/login/claims.ts';
import type { Answer } from '../ports.ts';
import type { Scene } from '../scene.ts';

/** Exchanges the token of this job with the user's provider, and spoilt ones. Only a job on GitHub can do it. */
export async function login(scene: Scene): Promise<void> {
  const { cloud, provider, clock } = scene.stage;
  const { jobToken } = cloud;
  if (!jobToken || provider === undefined) {
    const why = jobToken
      ? 'No provider was named. Set --workload-identity-provider.'
      : 'Only a job on GitHub has such a token. The workflow in this report settles it.';
    for (const belief of beliefsOf('login')) scene.leave(belief, why);
    return;
  }
  const audience = `https://iam.googleapis.com/${provider}`;
  scene.fresh();
  const token = await jobToken(audience, scene.signal);
  const left = Math.round(Number(decodeClaims(token)?.exp) - clock.now() / 1000);
  const good = await exchange(scene, provider, token, 'a good token');
  const lives = Number(good.body.expires_in);
  if (good.status !== 200)
    scene.leave('federatedTokenLives300s', `The provider refused the token of this job (${good.status}).`);
  else
    scene.settle('federatedTokenLives300s', Math.abs(lives - left) <= 60, {
      'seconds of the access token': lives,
      'seconds that the OIDC token had left': left,
    });
  scene.fresh();
  const [head = '', body = '', signature = ''] = token.split('.');
  const spoilt = signature.startsWith('AAAA') ? `BBBB${signature.slice(4)}` : `AAAA${signature.slice(4)}`;
  const said = {
    audience: await sentence(
      scene,
      provider,
      await jobToken('https://wrong.example.com', scene.signal),
      'a wrong audience',
    ),
    signature: await sentence(scene, provider, `${head}.${body}.${spoilt}`, 'a bad signature'),
    form: await sentence(scene, provider, 'no-token', 'a token that is no JWT'),
  };
  const holds =
    /^The audience in ID Token \[.*\] does not match the expected audience/.test(said.audience) &&
    /^Unable to verify the ID Token signature/.test(said.signature) &&
    /^Unable to parse the ID Token/.test(said.form);
  scene.settle('stsWordsItsErrors', holds, said);
  scene.fresh();
  const claims = { ...decodeClaims(token), iss: 'https://issuer.example.com' };
  const foreign = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
  const issuer = await sentence(scene, provider, foreign, 'another issuer');
  scene.settle('stsNamesIssuer', /does not match the expected ones: \S+$/.test(issuer), { issuer });
}

async function exchange(scene: Scene, provider: string, subjectToken: string, what: string): Promise<Answer> {
  const answer = await scene.look({
    api: 'sts',
    method: 'POST',
    path: 'v1/token',
    as: 'nobody',
    repeatable: true,
    body: {
      audience: `//iam.googleapis.com/${provider}`,
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      requestedTokenType: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      subjectTokenType: 'urn:ietf:params:oauth:token-type:jwt',
      subjectToken,
    },
  });
  const { error, error_description: description, expires_in: seconds } = answer.body;
  const shown = answer.status === 200 ? { expires_in: seconds } : { error, error_description: description };
  scene.note({ as: 'nobody', call: `POST sts v1/token with ${what}`, status: answer.status, answer: shown });
  return answer;
}

const sentence = async (scene: Scene, provider: string, token: string, what: string): Promise<string> =>
  textOf((await exchange(scene, provider, token, what)).body.error_description) ?? '';
