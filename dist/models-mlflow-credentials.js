//{"strict":true,"ids":["models-mlflow-credentials.js"],"needs":[],"modules":{"7234":[26,829,3,"credentialsOf"]}}
exports.modules={
"7234":
(t,e,o)=>{o.r(e),o.d(e,{credentialsOf:()=>r});var n=o(72377);function r({token:t,user:e},{env:o,mask:r},s){void 0===t&&function(t,e){const{MLFLOW_TRACKING_URI:o="",MLFLOW_TRACKING_TOKEN:r,MLFLOW_TRACKING_PASSWORD:s}=t;if(!r&&!s||!/^https?:/i.test(o)||!URL.canParse(o))return;const{host:i}=new URL(o);if(i===new URL(e).host)return;throw new n.K("endpoint-refused",{what:`The login in MLflow's variables was not sent to ${e}, because MLFLOW_TRACKING_URI names ${i}.`,fix:"Correct the host in model, or set mlflow_token for that server."})}(o,s);const i=t??o.MLFLOW_TRACKING_TOKEN,a=e??(void 0===t?o.MLFLOW_TRACKING_USERNAME:void 0),L=void 0===e?o.MLFLOW_TRACKING_PASSWORD:t;if(a&&L){const t=Buffer.from(`${a}:${L}`).toString("base64");return r(L),r(t),{authorization:`Basic ${t}`}}return i?(r(i),{authorization:`Bearer ${i}`}):{}}},
};
