//{"strict":true,"ids":["shared-gcp-exposure-reading.js"],"needs":["common-domain-deploy-quantity.js","common-domain-preflight-permissions.js","common-gcp-exposure-reading.js","common-github-client.js"],"modules":{"92551":[27,199,3,"R"]}}
exports.modules={
"92551":
(f,t,n)=>{function e(f){let t=0xcbf29ce484222325n;for(let n=0;n<f.length;n++)t^=BigInt(f.charCodeAt(n)),t=0x100000001b3n*t&0xffffffffffffffffn;return t.toString(16).padStart(16,"0")}n.d(t,{R:()=>e})},
};
