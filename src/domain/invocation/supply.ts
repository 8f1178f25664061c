/** How many requests a service takes at once, as it is set now. Beyond that, Cloud Run answers 429. */
export interface Supply {
  /** Instances at most, of the revision and of the service together. */
  instances: number;
  /** Requests that one instance gets at a time. */
  perInstance: number;
}

/** Two digits tell enough: nobody plans for 4.87 requests a second. */
const rough = (value: number): string =>
  String(value >= 10 ? Math.round(value) : Number(value.toPrecision(2)));

/**
 * What the service can answer in a second: instances, times requests per instance, divided by the seconds of one request.
 * @param serviceMs how long a request took that was answered. Undefined if none was
 */
export function supplyText({ instances, perInstance }: Supply, serviceMs?: number): string {
  const slots = instances * perInstance;
  const most = `At most ${instances} ${instances === 1 ? 'instance' : 'instances'} with ${perInstance} ${perInstance === 1 ? 'request' : 'requests'} each take ${slots} at once.`;
  if (serviceMs === undefined || !(serviceMs > 0))
    return `${most} Divided by the seconds that a request takes, that is what the service answers in a second.`;
  const seconds = serviceMs / 1000;
  return `${most} A request took ${rough(seconds)} s, so the service answers about ${rough(slots / seconds)} a second.`;
}

/** Who else answers 429. The repair is another one. */
export const otherLimits =
  'A gateway in front has a quota of its own, and its 429 is in no log of the service. If fewer instances run than max_instance_count allows, the quota of the region is used up.';

/** What to set so that a rate can be served. */
export const supplyFix = ({ perInstance }: Supply, serviceMs?: number): string => {
  const seconds = serviceMs === undefined ? 'the seconds of a request' : rough(serviceMs / 1000);
  return `Set max_instance_count to the requests a second of your users times ${seconds}${perInstance === 1 ? '' : ` divided by ${perInstance}`}, or make requests shorter. Or run the job again when the function is less busy.`;
};

/** The limit, the other limits, and the repair, for a place that knows of no single request. */
export const exhaustedText = (supply: Supply): string =>
  `${supplyText(supply)} ${otherLimits} ${supplyFix(supply)}`;
