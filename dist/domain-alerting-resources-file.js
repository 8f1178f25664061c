//{"strict":true,"ids":["domain-alerting-resources-file.js"],"needs":[],"modules":{"81331":[27,197,3,"resourcesFile"]}}
exports.modules={
"81331":
(e,s,n)=>{n.d(s,{resourcesFile:()=>r});var o=n(81357);const r=({slo:e},s,n)=>({name:`${e}.${s}.json`,text:`${JSON.stringify({comment:`Made by ${o.qM} from the SLO ${e}.`,resources:n},null,2)}\n`})},
};
