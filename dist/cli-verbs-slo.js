//{"strict":true,"ids":["cli-verbs-slo.js"],"needs":["common-steps-slo-keep.js"],"modules":{"17645":[27,953,3,"slo"],"58763":[991,50,5,"w"]}}
exports.modules={
"17645":
(e,o,s)=>{s.r(o),s.d(o,{slo:()=>n});var t=s(84946),i=s(81357),a=s(73412);const n=(0,s(58763).w)({about:["Makes alerts and dashboards from the file with objectives by which releases are judged, as actions/slo does.","--mode plan shows what would change, verify fails if something differs, apply makes it so, and generate writes files."],operands:[{name:"FILE",sentence:`File with objectives. Default: ${i.yR}.slo.yaml.`}],login:!0,action:"slo",without:["slo_file"],inputsOf:([e])=>void 0===e?{}:{slo_file:e},flags:{},codes:{1:"Something differs from the file, is not ours, or cannot be expressed.",2:"It could not be found out."},examples:[`${i.yR} slo --mode generate`,`${i.yR} slo --mode verify --output-dir deploy/monitoring`],run:async e=>{const{slo:o}=await s.e("actions-slo-2.js").then(s.bind(s,98101)),{report:i,ended:n}=await(0,a.Y)(e,"slo",o),l=i.evidence.slo;return{...n,text:async()=>[...l?[...(0,t.O)(l),""]:[],await n.text()].join("\n")}}})},
"58763":
(n,r,t)=>{function u(n){return n}t.d(r,{w:()=>u})},
};
