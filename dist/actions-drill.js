//{"strict":true,"ids":["actions-drill-2.js","actions-drill.js","shared-actions-login-inputs-6.js","shared-domain-text-span.js"],"needs":["common-domain-causes-commands.js","common-domain-text-span.js","common-inputs-groups-login.js","common-runner-regular-file.js","common-steps-drill.js"],"modules":{"19456":[27,142,3,"I"]}}
exports.modules={
"19456":
(t,e,s)=>{s.d(e,{I:()=>d});const d=({clock:t,startedAt:e},s,d,c)=>({stage:s,startedAtSeconds:(d-e)/1e3,seconds:(t.steady()-d)/1e3,verdict:c})},
};
