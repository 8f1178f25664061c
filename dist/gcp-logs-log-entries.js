//{"strict":true,"ids":["gcp-logs-log-entries.js"],"needs":[],"modules":{"66329":[27,701,3,"createLogEntries"]}}
exports.modules={
"66329":
(e,t,r)=>{r.r(t),r.d(t,{createLogEntries:()=>a});var n=r(72377);const s=2097152;function a(e){return{newest:async(t,{filter:r,fields:a,most:i,deadlineMs:o},l)=>{const{body:d}=await e.call({api:"logging",method:"POST",path:"v2/entries:list",query:{fields:`nextPageToken,${a}`},body:{resourceNames:[`projects/${t}`],filter:r,orderBy:"timestamp desc",pageSize:i},retry:"never",deadlineMs:o,attemptMs:o,maxBytes:s,signal:AbortSignal.any([...l?[l]:[],AbortSignal.timeout(Math.ceil(o)+50)])}),g=d.entries??[];if(!Array.isArray(g))throw new n.K("response-malformed",{what:"The answer of entries:list has no list of entries."});return{entries:g,more:"string"==typeof d.nextPageToken&&""!==d.nextPageToken}}}}},
};
