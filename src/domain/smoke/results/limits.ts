/** The job summary shows this many failures whole, then this many more in one line each. The report has them all. */
export const mostFailures = 12;
export const mostOthers = 100;
