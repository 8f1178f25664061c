//{"strict":true,"ids":["cli-verbs-posture.js"],"needs":[],"modules":{"58763":[27,50,3,"w"],"96577":[88,920,5,"posture"]}}
exports.modules={
"58763":
(n,r,t)=>{function u(n){return n}t.d(r,{w:()=>u})},
"96577":
(e,o,t)=>{t.r(o),t.d(o,{posture:()=>n});var s=t(81357),r=t(73412);const n=(0,t(58763).w)({about:["Shows the state of every protection in front of and around a service, as actions/posture does. It changes nothing.","A row that this login may not read says so, and which role would show it."],login:!0,action:"posture",without:["invoker_service_account","comment","comment_section","github_token"],flags:{},codes:{1:"Something in --fail-on was found."},examples:[`${s.yR} posture --project my-project --region asia-northeast3 --name ocr-api`,`${s.yR} posture --project my-project --name ocr-api --fail-on high,change --earlier-report report.json`],run:async e=>{const{posture:o}=await Promise.all([t.e("shared-domain-findings-rules-login-2.js"),t.e("shared-steps-guard-close-exposure.js"),t.e("shared-gcp-run-read-service.js"),t.e("actions-posture.js")]).then(t.bind(t,75285));return(await(0,r.Y)(e,"posture",o)).ended}})},
};
