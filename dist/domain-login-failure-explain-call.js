//{"strict":true,"ids":["domain-login-failure-explain-call.js"],"needs":["common-domain-login-commands.js","common-domain-login-grant.js"],"modules":{"80659":[27,541,3,"explainUnauthenticated"]}}
exports.modules={
"80659":
(e,t,o)=>{o.d(t,{explainUnauthenticated:()=>a});var c=o(55814);function a(e,t,o){if(!t.serviceAccount&&t.provider)return{what:`${e}.googleapis.com does not accept this login (401).`,why:"The run logs in as a federated identity, without a service account. Some products and some VPC Service Controls perimeters accept only service accounts.",fix:"Set service_account, and let this run and later ones of the job act as that account:",commands:[(0,c.SF)(t.provider,"ACCOUNT@PROJECT.iam.gserviceaccount.com",o??{repository:t.run.repository})]}}},
};
