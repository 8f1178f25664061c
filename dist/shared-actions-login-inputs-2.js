//{"strict":true,"ids":["shared-actions-login-inputs-2.js","shared-actions-login-inputs-4.js","shared-actions-login-inputs-5.js","shared-actions-login-inputs-9.js","shared-actions-login-inputs.js","shared-domain-invocation-front-end-2.js","shared-domain-invocation-front-end.js","shared-gcp-exposure-reading.js"],"needs":["common-domain-deploy-kind.js","common-domain-deploy-quantity.js","common-domain-preflight-permissions.js","common-domain-text-span.js","common-gcp-exposure-reading.js","common-github-client.js","common-http-rest.js","common-inputs-groups-login.js","common-runner-regular-file.js"],"modules":{"92551":[27,199,3,"R"]}}
exports.modules={
"92551":
(f,t,n)=>{function e(f){let t=0xcbf29ce484222325n;for(let n=0;n<f.length;n++)t^=BigInt(f.charCodeAt(n)),t=0x100000001b3n*t&0xffffffffffffffffn;return t.toString(16).padStart(16,"0")}n.d(t,{R:()=>e})},
};
