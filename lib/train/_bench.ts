import * as tf from "@tensorflow/tfjs-core";
import { createRng, jit, memoryOf, useEngine, compileTime } from "../engine/mod.ts";
import { createTableModel, type ModelColumn } from "../spin/mod.ts";
import { createOptimizer } from "./optimizer.ts";
import { drawMasks, maskCells, hideCells } from "./masking.ts";
import { tableLoss } from "./loss.ts";
import { valueAndGradients } from "./gradients.ts";
await useEngine("xla");
const num=(n:number)=>Array.from({length:n},():ModelColumn=>({kind:"numeric",classes:[]}));
const cat=(n:number,c:number)=>Array.from({length:n},():ModelColumn=>({kind:"categorical",classes:Array(c).fill("")}));
const cols=[...num(3),...cat(1,2),...num(4),...cat(1,9),...num(5)];
const n=506;
for (const cfg of JSON.parse(Deno.args[0]!)) {
  const model=createTableModel({embedding:32,heads:8,depth:8,...cfg},cols,1);
  const {layout,parameters}=model; const opt=createOptimizer(parameters);
  const rng0=createRng(tf.tensor1d([1,1],"int32"));
  const cells={values:rng0.normal([n,12]) as tf.Tensor2D,onehot:tf.tile(tf.tensor3d([[[1,0,0,0,0,0,0,0,0],[0,1,0,0,0,0,0,0,0]]]),[n,1,1]) as tf.Tensor3D,mask:tf.zeros([n,14]) as tf.Tensor2D};
  const cand=tf.concat([tf.ones([n,13]),tf.zeros([n,1])],1) as tf.Tensor2D; const lab=tf.sub(1,cand) as tf.Tensor2D;
  const step=jit((key:tf.Tensor,lr:tf.Scalar,t:tf.Scalar)=>{
    const rng=createRng(key);
    const l=maskCells(layout,cells,lab,0.5,0.9,drawMasks(rng,n,layout));
    const m=maskCells(layout,l.cells,cand,0.15,0.9,drawMasks(rng,n,layout));
    const {loss,gradients}=valueAndGradients(()=>({loss:tableLoss(layout,model.forward(m.cells,{rng}),cells,l.selected,m.selected,tf.scalar(0.5)).total,more:{}}),parameters.map(p=>p.variable));
    opt.apply(gradients,lr,t); return loss;
  });
  const lr=tf.scalar(1e-3);
  let t0=performance.now();
  const go=(i:number)=>{const k=tf.tensor1d([7,i],"int32"),t=tf.scalar(i,"int32");const l=step(k,lr,t);k.dispose();t.dispose();return l;};
  let l=go(1); const first=(await l.data())[0];
  const t1=performance.now();
  const N=20; for(let i=2;i<2+N;i++){l.dispose();l=go(i);} const last=(await l.data())[0];
  const t2=performance.now();
  const mem=step.memory(tf.tensor1d([7,1],"int32"),lr,tf.scalar(1,"int32"));
  console.log(JSON.stringify(cfg),"params",parameters.reduce((a,p)=>a+p.count,0),"first",Math.round(t1-t0),"ms; step",((t2-t1)/N).toFixed(1),"ms; loss",first,last,JSON.stringify(mem, (_,v)=>typeof v==="bigint"?Number(v):v), compileTime().milliseconds|0);
  step.dispose();
}
