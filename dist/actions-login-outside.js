//{"strict":true,"ids":["actions-login-outside.js"],"needs":[],"modules":{"72204":[27,611,3,"outsideLogin"]}}
exports.modules={
"72204":
(n,e,i)=>{i.r(e),i.d(e,{outsideLogin:()=>s});var o=i(81357),t=i(59902);function s({env:n,clock:e,log:s,secrets:d,id:a},{endpoints:c}){const r=(0,o.N1)(a);return{env:n,sandbox:c.loopback,userAgent:r,mask:d.add,async identityToken(o,a){const g=(0,t.m9)(n);if(!g)throw(await i.e("gcp-login-missing-oidc.js").then(i.bind(i,99518))).missingOidc((0,t.pI)(n));const{fetchOidcToken:l}=await Promise.all([i.e("shared-http-send.js"),i.e("gcp-login-oidc.js")]).then(i.bind(i,61009)),p={endpoint:g,audience:o,endpoints:c,clock:e,log:s,userAgent:r,random:Math.random},{token:h}=await l({...p,signal:a});return d.add(h),h}}}},
};
