//{"strict":true,"ids":["cli-verbs-smoke.js"],"needs":[],"modules":{"58428":[27,999,3,"smoke"],"58763":[1037,50,5,"w"]}}
exports.modules={
"58428":
(e,s,a)=>{a.r(s),a.d(s,{smoke:()=>r});var o=a(81357),t=a(73412);const r=(0,a(58763).w)({about:["Runs a smoke suite, as actions/smoke-test does. Give `url`, `command` (a program to start here), or the `name` of a deployed service."],login:!0,action:"smoke-test",without:["propagation_timeout"],flags:{},examples:[`${o.yR} smoke --url http://127.0.0.1:8080`,`${o.yR} smoke --command 'node server.js' --suite smoke.yaml`,`${o.yR} smoke --project my-project --region asia-northeast3 --name ocr-api`],run:async e=>{const{smokeTest:s}=await Promise.all([a.e("shared-yaml.js"),a.e("shared-zod.js"),a.e("shared-jmespath-community-jmespath.js"),a.e("shared-domain-traffic-parse-record.js"),a.e("shared-gcp-functions.js"),a.e("shared-domain-findings-rules-login-2.js"),a.e("shared-domain-smoke-suite-schema-suite-file.js"),a.e("shared-domain-invocation-unreached.js"),a.e("shared-steps-smoke-smoke-test.js"),a.e("actions-smoke-test.js")]).then(a.bind(a,67768));return(await(0,t.Y)(e,"smoke-test",s)).ended}})},
"58763":
(n,r,t)=>{function u(n){return n}t.d(r,{w:()=>u})},
};
