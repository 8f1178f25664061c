//{"strict":true,"ids":["shared-actions-login-inputs-4.js","shared-actions-login-inputs-5.js","shared-actions-login-inputs-7.js","shared-actions-login-inputs-9.js","shared-actions-login-inputs.js","shared-domain-invocation-front-end-2.js","shared-domain-invocation-front-end.js"],"needs":["common-domain-text-span.js","common-http-rest.js","common-inputs-groups-login.js","common-runner-regular-file.js"],"modules":{"47031":[27,91,3,"u"]}}
exports.modules={
"47031":
(t,r,e)=>{function n(t,r){try{return JSON.parse(t.state(r))}catch{return}}e.d(r,{u:()=>n})},
};
