//{"strict":true,"ids":["domain-exposure-ways-openapi.js"],"needs":[],"modules":{"11877":[27,532,3,"u"],"53183":[570,546,5,"operationsTo"]}}
exports.modules={
"11877":
(t,e,n)=>{n.d(e,{u:()=>u});var r=n(97674),o=n(40432),i=n(21077);const s=2e6,l=5e3;function u(t){if(t.length>s)return{problem:`it is larger than ${s/1e6} MB`};const e=(0,o.g)(t,{strict:!0});if("problem"in e)return e;const[n]=e.documents;if(!n)return{problem:"it holds no document"};if(e.documents.length>1)return{problem:`it holds ${e.documents.length} documents`};if((0,r.Mc)((0,r.oB)(n,"paths")).length>l)return{problem:`it has more than ${l} paths`};const u=(0,i.n8)(n);return u?{api:u}:{problem:"it is neither OpenAPI 2 nor 3"}}},
"53183":
(e,o,n)=>{n.d(o,{operationsTo:()=>s});var a=n(3547),t=n(24294),r=n(94096),i=n(11877),p=n(97674);function s(e,o){const n=(0,i.u)(e);if("problem"in n||n.api.problems.length>0)return;const{api:s}=n,l=new Set(o.map(t.w4)),c=e=>void 0!==e.backend&&l.has((0,t.w4)((0,t.ci)(e.backend))),d=s.operations.filter(c).map(e=>({name:(0,a.Vb)(e),open:void 0!==(0,a.bY)(s,e)&&!(0,r.q)(s,e)}));return"all"===(0,p.$6)(s.root,"x-google-allow")?.toLowerCase()&&s.backends.some(e=>c({backend:e}))?[...d,{name:"every path that the document does not list",open:!0}]:d}},
};
