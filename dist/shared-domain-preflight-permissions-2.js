//{"strict":true,"ids":["shared-domain-preflight-permissions-2.js"],"needs":["common-domain-causes-commands.js","common-domain-preflight-permissions.js"],"modules":{"4223":[26,224,3,"Z,s"]}}
exports.modules={
"4223":
(a,e,l)=>{l.d(e,{Z:()=>t,s:()=>c});const t={release:["State","Guard","Traffic","Build","Roll back"],deploy:["State","Guard","Traffic","Build"],rollback:["State","Traffic","Roll back"]},c=["Smoke test","Watch","Open alerts"]},
};
