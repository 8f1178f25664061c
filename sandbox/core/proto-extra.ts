/**
 * Fields that Google accepts although the published npm protos lack them. They are protobuf JSON descriptors, added to
 * the message before a body is checked. Each entry names its source.
 */
export interface ExtraField {
  message: string;
  field: string;
  type: string;
  repeated?: true;
  source: string;
}

export const extraFields: readonly ExtraField[] = [
  {
    message: 'google.cloud.functions.v2.ServiceConfig',
    field: 'directVpcNetworkInterface',
    type: 'google.protobuf.Struct',
    repeated: true,
    source:
      'Terraform google_cloudfunctions2_function service_config.direct_vpc_network_interface; firebase-tools gcp/cloudfunctionsv2',
  },
  {
    message: 'google.cloud.functions.v2.ServiceConfig',
    field: 'directVpcEgress',
    type: 'string',
    source:
      'Terraform google_cloudfunctions2_function service_config.direct_vpc_egress; firebase-tools gcp/cloudfunctionsv2',
  },
];
