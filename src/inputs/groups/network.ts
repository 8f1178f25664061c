import { parseBuildAccount, parseConnector, parseNetworkInterface } from '../../domain/deploy/values.ts';
import { group } from '../../domain/inputs/definition.ts';
import { custom } from '../../domain/inputs/kind.ts';
import { choice } from '../../domain/inputs/kinds.ts';

const deploying = { release: {}, deploy: {} } as const;
const live = 'what is live';
const egress = choice(['PRIVATE_RANGES_ONLY', 'ALL_TRAFFIC']);

/** The connector's name is checked here. The project is added when the settings are made. */
export const buildAccount = custom('the e-mail of a service account', (text) => {
  parseBuildAccount(text, 'project');
  return text;
});

export const network = group('Its network', {
  ingress_settings: {
    kind: choice(['ALLOW_ALL', 'ALLOW_INTERNAL_ONLY', 'ALLOW_INTERNAL_AND_GCLB']),
    sentence: 'Networks that requests may come from.',
    example: 'ALLOW_INTERNAL_AND_GCLB',
    otherwise: live,
    usedBy: deploying,
  },
  vpc_connector: {
    kind: custom('a connector such as my-connector', (text) => {
      parseConnector(text, 'location');
      return text;
    }),
    sentence: 'Serverless VPC Access connector, by its name or its full resource name.',
    example: 'my-connector',
    otherwise: live,
    usedBy: deploying,
  },
  vpc_connector_egress_settings: {
    kind: egress,
    sentence: 'Traffic that goes through the connector.',
    example: 'PRIVATE_RANGES_ONLY',
    otherwise: live,
    usedBy: deploying,
  },
  direct_vpc_network_interface: {
    kind: custom('network=NAME, subnetwork=NAME and tags=A B', parseNetworkInterface),
    sentence:
      'Direct VPC egress without a connector: `network=`, `subnetwork=` and `tags=` (tags are separated by spaces).',
    example: 'network=default,subnetwork=default,tags=ocr egress',
    otherwise: live,
    usedBy: deploying,
  },
  direct_vpc_egress: {
    kind: egress,
    sentence: 'Traffic that goes through the network of `direct_vpc_network_interface`.',
    example: 'ALL_TRAFFIC',
    otherwise: live,
    usedBy: deploying,
  },
});
