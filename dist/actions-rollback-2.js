//{"strict":true,"ids":["actions-login-outside.js","actions-rollback-2.js"],"needs":["common-actions-rollback.js","common-domain-deploy-kind.js","common-domain-deploy-quantity.js","common-http-probe.js","common-models-mlflow-definition.js"],"modules":{"6635":[26,149,3,"s"],"19456":[186,142,5,"I"],"72204":[339,611,7,"outsideLogin"],"87240":[961,134,9,"z"]}}
exports.modules={
"6635":
(n,t,e)=>{function s(n,t,s){0!==n.inputs.hooks.length&&e.e("steps-notify.js").then(e.bind(e,15818)).then(({tellBegin:e})=>e(n,t,s))}e.d(t,{s:()=>s})},
"19456":
(t,e,s)=>{s.d(e,{I:()=>d});const d=({clock:t,startedAt:e},s,d,c)=>({stage:s,startedAtSeconds:(d-e)/1e3,seconds:(t.steady()-d)/1e3,verdict:c})},
"72204":
(n,e,i)=>{i.r(e),i.d(e,{outsideLogin:()=>s});var o=i(81357),t=i(59902);function s({env:n,clock:e,log:s,secrets:d,id:a},{endpoints:c}){const r=(0,o.N1)(a);return{env:n,sandbox:c.loopback,userAgent:r,mask:d.add,async identityToken(o,a){const g=(0,t.m9)(n);if(!g)throw(await i.e("gcp-login-missing-oidc.js").then(i.bind(i,99518))).missingOidc((0,t.pI)(n));const{fetchOidcToken:l}=await Promise.all([i.e("shared-http-send.js"),i.e("gcp-login-oidc.js")]).then(i.bind(i,61009)),p={endpoint:g,audience:o,endpoints:c,clock:e,log:s,userAgent:r,random:Math.random},{token:h}=await l({...p,signal:a});return d.add(h),h}}}},
"87240":
(n,a,r)=>{r.d(a,{z:()=>s});const s=n=>async a=>(await r.e("actions-smoke-test-run-program.js").then(r.bind(r,60434))).runProgram(n,a)},
};
