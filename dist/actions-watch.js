//{"strict":true,"ids":["actions-watch-2.js","actions-watch.js","shared-actions-login-inputs-6.js","shared-domain-text-span.js"],"needs":["common-actions-watch.js","common-domain-capacity-point.js","common-domain-deploy-quantity.js","common-domain-evidence-decide.js","common-domain-text-span.js","common-inputs-groups-login.js","common-runner-regular-file.js"],"modules":{"19456":[27,142,3,"I"],"62102":[180,442,5,"QF,fL,lT"],"92551":[633,199,7,"R"]}}
exports.modules={
"19456":
(t,e,s)=>{s.d(e,{I:()=>d});const d=({clock:t,startedAt:e},s,d,c)=>({stage:s,startedAtSeconds:(d-e)/1e3,seconds:(t.steady()-d)/1e3,verdict:c})},
"62102":
(t,r,n)=>{function o(t){if(void 0===t||Number.isNaN(t))return"-";const r=100*t;return 0===r?"0 %":`${r.toFixed(r>=10?1:r>=.1?2:3)} %`}function a(t){return String(Math.round(t)).replace(/\B(?=(\d{3})+$)/g," ")}function i(t){const r=Math.max(0,Math.round(t)),n=Math.floor(r/60);if(0===n)return`${r}s`;return n<60?`${n}m${String(r%60).padStart(2,"0")}s`:`${Math.floor(n/60)}h${String(n%60).padStart(2,"0")}m`}n.d(r,{QF:()=>i,fL:()=>o,lT:()=>a})},
"92551":
(f,t,n)=>{function e(f){let t=0xcbf29ce484222325n;for(let n=0;n<f.length;n++)t^=BigInt(f.charCodeAt(n)),t=0x100000001b3n*t&0xffffffffffffffffn;return t.toString(16).padStart(16,"0")}n.d(t,{R:()=>e})},
};
