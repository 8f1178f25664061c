//{"strict":true,"ids":["aws-names.js"],"needs":[],"modules":{"50019":[27,177,3,"regionPattern,rolePattern"]}}
exports.modules={
"50019":
(a,r,e)=>{e.r(r),e.d(r,{regionPattern:()=>n,rolePattern:()=>t});const n=/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/,t=/^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/},
};
