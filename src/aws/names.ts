/** The shapes of names of AWS. The inputs use them, so this file loads nothing. */

export const regionPattern = /^[a-z]{2}(-[a-z]+)+-\d{1,2}$/;
export const rolePattern = /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/;
