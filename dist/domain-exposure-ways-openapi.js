//{"strict":true,"ids":["domain-exposure-ways-openapi.js"],"needs":["common-gcp-gateway-gateways.js"],"modules":{"53183":[27,546,3,"operationsTo"]}}
exports.modules={
"53183":
(e,o,n)=>{n.d(o,{operationsTo:()=>s});var a=n(3547),t=n(24294),r=n(94096),i=n(11877),p=n(97674);function s(e,o){const n=(0,i.u)(e);if("problem"in n||n.api.problems.length>0)return;const{api:s}=n,l=new Set(o.map(t.w4)),c=e=>void 0!==e.backend&&l.has((0,t.w4)((0,t.ci)(e.backend))),d=s.operations.filter(c).map(e=>({name:(0,a.Vb)(e),open:void 0!==(0,a.bY)(s,e)&&!(0,r.q)(s,e)}));return"all"===(0,p.$6)(s.root,"x-google-allow")?.toLowerCase()&&s.backends.some(e=>c({backend:e}))?[...d,{name:"every path that the document does not list",open:!0}]:d}},
};
