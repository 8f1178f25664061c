//{"strict":true,"ids":["actions-login-outside.js","actions-rollback-2.js"],"needs":["common-actions-login-outside.js","common-actions-rollback.js","common-domain-deploy-kind.js","common-domain-deploy-quantity.js","common-http-probe.js","common-models-mlflow-definition.js"],"modules":{"6635":[26,149,3,"s"],"19456":[186,142,5,"I"],"87240":[339,134,7,"z"]}}
exports.modules={
"6635":
(n,t,e)=>{function s(n,t,s){0!==n.inputs.hooks.length&&e.e("steps-notify.js").then(e.bind(e,15818)).then(({tellBegin:e})=>e(n,t,s))}e.d(t,{s:()=>s})},
"19456":
(t,e,s)=>{s.d(e,{I:()=>d});const d=({clock:t,startedAt:e},s,d,c)=>({stage:s,startedAtSeconds:(d-e)/1e3,seconds:(t.steady()-d)/1e3,verdict:c})},
"87240":
(n,a,r)=>{r.d(a,{z:()=>s});const s=n=>async a=>(await r.e("actions-smoke-test-run-program.js").then(r.bind(r,60434))).runProgram(n,a)},
};
