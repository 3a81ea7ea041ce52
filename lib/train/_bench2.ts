import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit, useEngine, compileTime } from "../engine/mod.ts";
import { createTableModel, type ModelColumn } from "../spin/mod.ts";
import { createOptimizer } from "./optimizer.ts";
import { drawMasks, maskCells } from "./masking.ts";
import { tableLoss } from "./loss.ts";
import { valueAndGradients } from "./gradients.ts";
await useEngine("xla");
const num=(n:number)=>Array.from({length:n},():ModelColumn=>({kind:"numeric",classes:[]}));
const cat=(n:number,c:number)=>Array.from({length:n},():ModelColumn=>({kind:"categorical",classes:Array(c).fill("")}));
const cols=[...num(3),...cat(1,2),...num(4),...cat(1,9),...num(5)];
const n=506;
const cfg=JSON.parse(Deno.args[0]!);
  const model=createTableModel({embedding:32,heads:8,depth:8,...cfg},cols,1);
  const {layout,parameters}=model; const opt=createOptimizer(parameters);
  const rng0=createRng(tf.tensor1d([1,1],"int32"));
  const cells={values:rng0.normal([n,12]) as tf.Tensor2D,onehot:tf.tile(tf.tensor3d([[[1,0,0,0,0,0,0,0,0],[0,1,0,0,0,0,0,0,0]]]),[n,1,1]) as tf.Tensor3D,mask:tf.zeros([n,14]) as tf.Tensor2D};
  const cand=tf.concat([tf.ones([n,13]),tf.zeros([n,1])],1) as tf.Tensor2D; const lab=tf.sub(1,cand) as tf.Tensor2D;
const key=tf.tensor1d([7,1],"int32"), lr=tf.scalar(1e-3), t=tf.scalar(3,"int32");
const lossOf=(rng?:any)=>tableLoss(layout,model.forward(cells,{rng}),cells,lab,cand,tf.scalar(0.5)).total;
const grads=parameters.map(p=>tf.onesLike(p.variable));
const parts: Record<string,()=>any>={
  masks: jit(()=>{const l=maskCells(layout,cells,lab,0.5,0.9,drawMasks(createRng(key),n,layout)); return l.selected}),
  forward: jit(()=>lossOf()),
  forwardRng: jit(()=>lossOf(createRng(key))),
  grad: jit(()=>valueAndGradients(()=>({loss:lossOf(),more:{}}),parameters.map(p=>p.variable)).gradients),
  gradRng: jit(()=>valueAndGradients(()=>({loss:lossOf(createRng(key)),more:{}}),parameters.map(p=>p.variable)).gradients),
  opt: jit(()=>opt.apply(grads,lr,t)),
};
for (const name of Deno.args[1]?.split(",") ?? Object.keys(parts)) {
  const c0=compileTime().milliseconds, t0=performance.now();
  const run=async()=>{const r=parts[name]!(); const x=r===undefined?parameters[0]!.variable:Array.isArray(r)?r.at(-1):r; await x.data(); tf.dispose(r);};
  await run(); const t1=performance.now(), c1=compileTime().milliseconds;
  const N=8; for(let i=0;i<N;i++) await run();
  console.log(name, "compile", (c1-c0)|0, "trace+first", (t1-t0-(c1-c0))|0, "run", ((performance.now()-t1)/N).toFixed(1));
}
