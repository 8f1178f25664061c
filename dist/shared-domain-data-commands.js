//{"strict":true,"ids":["shared-domain-data-commands.js","shared-domain-image-run-image.js"],"needs":["common-domain-data-commands.js"],"modules":{"75757":[27,139,3,"D"]}}
exports.modules={
"75757":
(r,d,o)=>{o.d(d,{D:()=>e});var a=o(33121);const e=r=>`docker run --rm --platform=linux/amd64 -e PORT=8080 -p 8080:8080 ${(0,a.quoted)(r)}`},
};
