//{"strict":true,"ids":["aws-names.js","inputs-groups-pipeline.js"],"needs":["common-inputs-groups-login.js","common-inputs-groups-output.js","common-inputs-groups-pipeline.js","common-inputs-groups-run.js"],"modules":{"50019":[27,177,3,"regionPattern,rolePattern"],"79779":[215,142,5,"groups"],"95585":[368,821,7,"K"]}}
exports.modules={
"50019":
(a,r,e)=>{e.r(r),e.d(r,{regionPattern:()=>n,rolePattern:()=>t});const n=/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/,t=/^arn:aws[a-z-]*:iam::\d{12}:role\/(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/},
"79779":
(r,e,o)=>{o.r(e),o.d(e,{groups:()=>g});var s=o(77317),w=o(95585),a=o(6427),c=o(57984),d=o(48904);const g=[o(34271).where,s.i,d.e,c.w,w.K,a.C]},
"95585":
(e,t,a)=>{a.d(t,{K:()=>i});var o=a(62969),s=a(31609);const r={release:{},deploy:{},"smoke-test":{},watch:{},rollback:{}},i=(0,o.group)("Logs of the service",{logs:{kind:(0,s.choice)(["auto","off"]),sentence:"What happens after a failure: `auto` reads the entries of the service that explain it (at most 3 calls and 3 seconds), `off` reads none.",example:"off",default:"auto",usedBy:r},log_text:{kind:(0,s.choice)(["auto","true","false"]),sentence:"Whether messages of the service are shown, without what looks like a secret or a personal detail. `auto`: if the repository is private or internal. Otherwise only fields are shown: time, kind of failure, type and place of an exception, status, duration. Everybody can read the log of a public repository.",example:"true",default:"auto",usedBy:{...r,logs:{},pipeline:{}}}})},
};
