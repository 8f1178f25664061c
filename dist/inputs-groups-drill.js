//{"strict":true,"ids":["inputs-groups-drill.js","shared-domain-invocation-front-end.js"],"needs":["common-domain-deploy-quantity.js","common-http-rest.js","common-inputs-groups-door.js","common-inputs-groups-drill.js","common-inputs-groups-login.js","common-inputs-groups-output.js","common-inputs-groups-run.js"],"modules":{"46064":[27,142,3,"groups"],"75287":[180,690,5,"$Q,EC,L7,t7"]}}
exports.modules={
"46064":
(r,e,d)=>{d.r(e),d.d(e,{groups:()=>h});var o=d(28098),s=d(74426),a=d(77317),c=d(6427),g=d(48904);const h=[d(34271).where,a.i,g.e,s.F,o.d,c.C]},
"75287":
(r,e,t)=>{t.d(e,{$Q:()=>w,EC:()=>s,L7:()=>m,t7:()=>u});var o=t(32856),n=t(44031);function i(r,e){const t=(0,o.parseList)(r);if(0===t.length||t.length>12)throw new Error("expected 1 to 12 values");return t.map(e)}const s=r=>i(r,r=>(0,n.U7)((0,n.Oh)(r))),m=r=>i(r,r=>{const e=(0,n.ZY)((0,n.Pw)(r))/2**20;if(!Number.isInteger(e)||e<128||e>32768)throw new Error("expected whole MiB from 128Mi to 32Gi");return e}),u=r=>e=>i(e,e=>{const t=Number(e);if(!/^\d+$/.test(e)||t<1||t>r)throw new Error(`expected whole numbers from 1 to ${r}`);return t}),w=(r,e)=>t=>{const o=Number(t.trim());if(!/^\d+(\.\d+)?$/.test(t.trim())||o<r||o>e)throw new Error(`expected a number from ${r} to ${e}`);return o}},
};
