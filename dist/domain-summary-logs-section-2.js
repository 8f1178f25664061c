//{"strict":true,"ids":["domain-summary-logs-section-2.js"],"needs":["common-domain-report-render.js"],"modules":{"94682":[27,728,3,"logsSection,logsView"]}}
exports.modules={
"94682":
(n,o,e)=>{e.r(o),e.d(o,{logsSection:()=>h,logsView:()=>c});var t=e(99395),i=e(45209),s=e(28193),l=e(1875),r=e(32795);const a=n=>(0,l.z)(`The whole log: ${n.link}.`,1e3);function h({evidence:{logs:n}}){if(void 0===n)return[];const o=(0,i.LF)(n),e=(0,t.D)(n);if(void 0!==o)return[["",(0,r.p7)(o,1500),...(0,s.Z)(n.commands),"",a(n),""].join("\n")];if(0===e.length)return[["",`The log of ${(0,r.SS)((0,i.np)(n))} has no entry that explains this. ${a(n)}`,""].join("\n")];const l=[n.supply,(0,i.hw)(n),(0,i.CZ)(n)].filter(n=>void 0!==n);return[["",`### What the log of ${(0,r.SS)((0,i.np)(n))} says`,"",(0,r.DV)(e.map(i.oZ).join("\n"),"",4e4,700),"",...l.flatMap(n=>[(0,r.p7)(n,1e3),""]),a(n),""].join("\n")]}const c={sections:[h]}},
};
