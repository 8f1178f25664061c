import type { AwsIdentity } from '../../../sandbox/monitors/aws-identity.ts';
import { issuer, roleId, trustJobs } from '../../support/aws-job.ts';

/** A look at CloudWatch, or the start of a pipeline of SageMaker, that fails and prints a repair, the repair pasted into a shell, and the same again. */
export interface AwsScene {
  /** The entry of ../repairs/printed that it pastes. */
  from: string;
  /** By default the look at CloudWatch. */
  does?: 'start a pipeline';
  arrange(identity: AwsIdentity): void;
  /** What the failure says. */
  why: RegExp;
  /** Each line of state that the repair adds. Nothing may go. */
  came: readonly RegExp[];
  /** The command only shows what a person then changes in this way. */
  change?(shown: string, identity: AwsIdentity): void;
}

const provider = /^provider https:\/\/token\.actions\.githubusercontent\.com sts\.amazonaws\.com$/;

export const awsScenes: readonly AwsScene[] = [
  {
    from: 'aws, no provider for GitHub',
    arrange: (identity) => {
      trustJobs(identity);
      identity.providers.clear();
      identity.providers.set('https://gitlab.example.com', ['theirs']);
    },
    why: /no identity provider for GitHub/,
    came: [provider],
  },
  {
    from: 'aws, another audience',
    arrange: (identity) => {
      trustJobs(identity);
      identity.providers.set(issuer, ['https://github.com/acme']);
    },
    why: /does not accept the audience sts\.amazonaws\.com/,
    came: [provider],
  },
  {
    from: 'aws, a trust policy',
    arrange: (identity) => {
      trustJobs(identity);
      identity.addRole(roleId, 'repo:acme/other:*', ['cloudwatch:Get*'], issuer);
    },
    why: /trust policy of the role does not admit this run/,
    came: [],
    change: (shown, identity) => {
      const { Statement } = JSON.parse(shown) as {
        Statement: { Condition: { StringLike: Record<string, string> } }[];
      };
      // The condition that does not fit is in what the command shows.
      const found = Statement[0]?.Condition.StringLike['token.actions.githubusercontent.com:sub'];
      if (found !== 'repo:acme/other:*') throw new Error(`The command shows ${shown}`);
      trustJobs(identity);
    },
  },
  {
    from: 'aws, counts that may not be read',
    arrange: (identity) => trustJobs(identity, ['s3:GetObject']),
    why: /role may not read metrics/,
    came: [
      /^policy arn:aws:iam::123456789012:role\/counts backstay-reads-metrics .*cloudwatch:GetMetricData/,
    ],
  },
  {
    from: 'aws, a pipeline that may not be started',
    does: 'start a pipeline',
    arrange: (identity) => trustJobs(identity, ['s3:GetObject']),
    why: /role may not (read|run) pipelines of SageMaker/,
    came: [
      /^policy arn:aws:iam::123456789012:role\/counts backstay-runs-pipelines .*sagemaker:StartPipelineExecution/,
    ],
  },
];
