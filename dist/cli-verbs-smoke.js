//{"strict":true,"ids":["cli-verbs-smoke.js"],"needs":[],"modules":{"58428":[27,989,3,"smoke"],"58763":[1027,50,5,"w"]}}
exports.modules={
"58428":
(e,s,o)=>{o.r(s),o.d(s,{smoke:()=>m});var t=o(81357),a=o(73412);const m=(0,o(58763).w)({about:["Runs a smoke suite, as actions/smoke-test does. Give `url`, `command` (a program to start here), or the `name` of a deployed service."],login:!0,action:"smoke-test",without:["propagation_timeout"],flags:{},examples:[`${t.yR} smoke --url http://127.0.0.1:8080`,`${t.yR} smoke --command 'node server.js' --suite smoke.yaml`,`${t.yR} smoke --project my-project --region asia-northeast3 --name ocr-api`],run:async e=>{const{smokeTest:s}=await Promise.all([o.e("shared-yaml.js"),o.e("shared-zod.js"),o.e("shared-jmespath-community-jmespath.js"),o.e("shared-domain-traffic-parse-record.js"),o.e("shared-gcp-functions.js"),o.e("shared-domain-findings-rules-login-2.js"),o.e("shared-domain-smoke-suite-schema-suite-file.js"),o.e("shared-http-smoke-client.js"),o.e("shared-steps-smoke-smoke-test.js"),o.e("actions-smoke-test.js")]).then(o.bind(o,67768));return(await(0,a.Y)(e,"smoke-test",s)).ended}})},
"58763":
(n,r,t)=>{function u(n){return n}t.d(r,{w:()=>u})},
};
