//{"strict":true,"ids":["domain-alerting-google-resources.js"],"needs":["common-domain-alerting-google-dashboard.js"],"modules":{"16719":[27,494,3,"Bu,G6,U9,jt,sn"],"77845":[532,1015,5,"OQ,UN,sN"],"81081":[1558,147,7,"K"],"92551":[1716,199,9,"R"],"97569":[1926,329,11,"BU,G5,NP,ct,fH,pt"]}}
exports.modules={
"16719":
(e,o,r)=>{r.d(o,{Bu:()=>t,G6:()=>n,U9:()=>i,jt:()=>c,sn:()=>l});const c="run.googleapis.com/request_count",n="run.googleapis.com/request_latencies",s=e=>`"${e.replace(/[\\"]/g,"\\$&")}"`;function t(e,{region:o,service:r},...c){return[`metric.type=${s(e)}`,'resource.type="cloud_run_revision"',`resource.labels.location=${s(o)}`,`resource.labels.service_name=${s(r)}`,...c].join(" AND ")}const i=e=>`metric.labels.response_code=monitoring.regex.full_match("${l(e)}")`,l=e=>e?"4..|5..":"429|5.."},
"77845":
(e,$,d)=>{d.d($,{OQ:()=>o,UN:()=>s,sN:()=>t});var n=d(92551),r=d(81357);const o=({name:e})=>`logging.googleapis.com/user/${e}`,t=e=>`Made by ${r.qM} from the SLO ${e}.`,u=100;function a(e,$,d){const o=`${r.yR}-${e}-${$}-${d}`;if(o.length<=u)return o;const t=`-${(0,n.R)(o)}-${d}`;return`${o.slice(0,u-t.length)}${t}`}const g=e=>`"${e.replace(/[\\"]/g,"\\$&")}"`,i=e=>e.replace(/[\\^$.*+?()[\]{}|]/g,"\\$&");function s(e,{id:$,logField:d}){if(!d)return;const{judged:n,bad:r}=function({field:e,below:$,above:d,equals:n,empty:r}){const o=`${e}:*`;return void 0!==$?{judged:`(${e}<${$} OR ${e}>=${$})`,bad:`${e}<${$}`}:void 0!==d?{judged:`(${e}<=${d} OR ${e}>${d})`,bad:`${e}>${d}`}:r?{judged:o,bad:`${o} AND ${e}=~${g("^\\s*$")}`}:"string"==typeof n?{judged:o,bad:`${o} AND ${e}=~${g(`^${i(n)}$`)}`}:{judged:o,bad:`${e}=${String(n)}`}}(d),o=$=>`resource.type="cloud_run_revision" AND resource.labels.service_name=${g(e)} AND ${$}`;return{judged:{name:a(e,$,"judged"),filter:o(n)},bad:{name:a(e,$,"bad"),filter:o(r)}}}},
"81081":
(n,o,r)=>{r.d(o,{K:()=>f});const t=[["d",86400],["h",3600],["m",60]];function f(n){for(const[o,r]of t)if(n%r===0)return`${n/r}${o}`;return`${n}s`}},
"92551":
(f,t,n)=>{function e(f){let t=0xcbf29ce484222325n;for(let n=0;n<f.length;n++)t^=BigInt(f.charCodeAt(n)),t=0x100000001b3n*t&0xffffffffffffffffn;return t.toString(16).padStart(16,"0")}n.d(t,{R:()=>e})},
"97569":
(e,c,s)=>{s.d(c,{BU:()=>R,G5:()=>y,NP:()=>v,ct:()=>a,fH:()=>i,pt:()=>l});var $=s(81357);const r="managed_by",t=`${$.yR}_slo`,y=`${$.yR}_part`,a=e=>({[r]:$.yR,[t]:e}),v=(e,c)=>e[r]===$.yR&&e[t]===c,R=e=>e[y],i=e=>`${$.yR}-${e}`.slice(0,63).replace(/-+$/,""),l=(e,c,s)=>`projects/${e}/services/${i(c)}/serviceLevelObjectives/${s}`},
};
